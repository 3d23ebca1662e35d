// Nothing: what is built as one module imports the modules that it is made of.
