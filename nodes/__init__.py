"""One thin file a process: each joins the runtime to the parts."""
