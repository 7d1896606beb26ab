"""From detections and depth to segments: pieces of the measured surface."""
