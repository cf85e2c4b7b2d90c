"""The developer's side: answers each delivery from the app on localhost, and remembers it."""
