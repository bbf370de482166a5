"""The sequence diagram: a trace becomes a layout (geometry only), and the layout a picture."""
