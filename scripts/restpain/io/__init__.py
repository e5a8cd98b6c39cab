"""Reading and writing of images, tables and logs."""
