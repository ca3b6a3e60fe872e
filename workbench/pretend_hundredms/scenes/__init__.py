"""The generated rooms of the demo world, one module per scene or family of scenes."""
