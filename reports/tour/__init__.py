"""The whole job without a browser: one engagement from a file to its handoff, through the product's own actions."""
