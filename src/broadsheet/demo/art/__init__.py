"""The demo paper's illustrator: flat shapes, one palette, light from the left."""
