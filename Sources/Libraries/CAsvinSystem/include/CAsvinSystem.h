// What the C library offers and Swift does not see.

#ifndef CASVINSYSTEM_H
#define CASVINSYSTEM_H

// Renames a file where nothing has the new name: 0, or -1 and errno.
int asvin_rename_new(const char *from, const char *to);

// The arguments that the program was started with, without asking /proc, which may not be mounted. The count is 0 where
// they are not known.
int asvin_argument_count(void);
const char *asvin_argument(int index);

#endif
