"""Each presenter keeps one part of the window true: values down to widgets, wishes up."""
