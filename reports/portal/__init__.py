"""What the client sees, as plain values: read here, formatted once, drawn by the templates.

Everything in it runs under the portal's database role.
"""
