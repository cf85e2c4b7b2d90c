"""What both programs stand on: exchanges, HTTP's plain rules, the tunnel protocol, the link."""
