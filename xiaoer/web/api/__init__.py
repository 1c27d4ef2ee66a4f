"""The API under /api/v1: a file per room, JSON and one WebSocket. The widget lives on it, so it is what an integrator gets."""
