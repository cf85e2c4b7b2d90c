"""What faces the local app: its address, the connections to it, the exchanges on them."""
