"""The lessons as a folder of files that any web server hands out: JupyterLite, with Python in the reader's browser."""
