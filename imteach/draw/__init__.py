"""How it looks: a trace becomes a layout (geometry only), and the layout a picture."""
