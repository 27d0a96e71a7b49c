"""The language the compiler and the syncer both speak, kept free of I/O so that neither can drift from the other."""
