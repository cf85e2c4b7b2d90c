"""The screens: which widgets there are, and what their messages do."""
