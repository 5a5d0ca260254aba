/* folder.h - folders that are replaced as a whole, or not at all. */
#ifndef SIM_EXPERIMENT_FOLDER_H
#define SIM_EXPERIMENT_FOLDER_H

#include <stddef.h>

enum folder_state {
    FOLDER_ABSENT,
    FOLDER_EMPTY,
    FOLDER_RESULT, /* an earlier herdsim result, or the record of a run that was killed, and nothing else in
                      it or among its plots */
    FOLDER_REFUSED /* anything else, which is not ours to replace */
};

/* What stands at path; the reason for a refusal goes to error. */
enum folder_state folder_inspect(const char *path, char *error, size_t size);
/* Makes the folders above path. Returns 0, or -1 (errno). */
int folder_make_parents(const char *path);
/* Locks a folder against other herdsims, until the descriptor is closed, however that happens. Returns the
 * descriptor, or -1 (errno): EWOULDBLOCK where another has it, ESTALE where it was replaced meanwhile. */
int folder_lock(const char *path);
/* Makes an empty hidden folder beside path and takes the lock that marks it as in use. Returns its path
 * from malloc and the lock's descriptor, or NULL (errno). */
char *folder_make_sibling(const char *path, int *lock);
/* Removes hidden siblings of path that nobody holds a lock on: crashed runs left them. */
void folder_clean_siblings(const char *path);
/* Puts `fresh` in the place of path, which folder_inspect found in this state; what stood there is
 * removed. Returns 0, or -1 (errno) with both as they were. */
int folder_replace(const char *path, const char *fresh, enum folder_state state);
/* The same over an earlier result on file systems where two folders cannot change places at once: the old
 * one steps aside under a name that nothing removes, and is still there after a crash in between. */
int folder_replace_in_two_steps(const char *path, const char *fresh);
/* Removes a folder and all in it; follows no links. */
void folder_remove(const char *path);
/* Flushes the folder at path itself to disk. */
void folder_sync(const char *path);

#endif
