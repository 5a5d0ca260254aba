/* fuzz_driver.c - runs a fuzz target over the files of folders, for compilers without libFuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long files;

static int try_file(const char *path)
{
    FILE *from = fopen(path, "rb");
    struct stat there;
    if (!from || fstat(fileno(from), &there)) {
        perror(path);
        return 1;
    }
    size_t size = (size_t)there.st_size;
    uint8_t *data = malloc(size ? size : 1);
    int wrong = !data || fread(data, 1, size, from) != size;
    fclose(from);
    if (wrong)
        perror(path);
    else
        LLVMFuzzerTestOneInput(data, size);
    free(data);
    files++;
    return wrong;
}

static int try_folder(const char *path)
{
    struct dirent **entry;
    int wrong = 0, n = scandir(path, &entry, NULL, alphasort);
    if (n < 0) {
        perror(path);
        return 1;
    }
    for (int i = 0; i < n; i++) {
        char file[4096];
        struct stat there;
        snprintf(file, sizeof file, "%s/%s", path, entry[i]->d_name);
        if (!stat(file, &there) && S_ISREG(there.st_mode))
            wrong |= try_file(file);
        free(entry[i]);
    }
    free(entry);
    return wrong;
}

int main(int argc, char **argv)
{
    int wrong = 0;
    for (int i = 1; i < argc; i++)
        wrong |= try_folder(argv[i]);
    printf("%lu files\n", files);
    return wrong || files == 0;
}
