"""The pages of this floor: how staff sign in, their own password, their second factor."""
