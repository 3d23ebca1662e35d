// Functions of the C library that Swift does not import.

#ifndef CASVINSYSTEM_H
#define CASVINSYSTEM_H

// Renames a file if the new name is free. Returns 0, or -1 and errno.
int asvin_rename_new(const char *from, const char *to);

// Creates a pipe whose two ends are closed in a program that this one starts. Returns 0, or -1 and errno.
int asvin_pipe(int *ends);

// Opens a file for reading without the page cache, so that the bytes come from the disk. Returns a descriptor, or -1 and errno.
int asvin_open_direct(const char *path);

// The arguments of the program, without /proc, which may not be mounted. The count is 0 where they are not known.
int asvin_argument_count(void);
const char *asvin_argument(int index);

#endif
