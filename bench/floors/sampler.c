/* The sampler's floor: once a second the files of a sample are read, files kept open, nothing kept.
 *
 * System files whole; of each process its stat at every sample, statm and io of the ten that used
 * most CPU since the sample before, environ once. Of processes it parses ticks, pages and bytes.
 * Usage: sampler FILE... (the system files). It ends by a signal. Build: cc -O2 sampler.c
 */
#define _GNU_SOURCE /* memmem */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { MOST_PROCESSES = 32768, MOST_FILES = 32, LEADERS = 10, TEXT_BYTES = 1 << 16 };

struct process {
    int pid, stat, statm, io, is_owned;
    unsigned long long ticks, used, birth;
    unsigned long resident_pages, read_bytes, written_bytes;
    unsigned seen_at;
};

static struct process processes[MOST_PROCESSES];
static int count;
static char text[TEXT_BYTES];
static volatile unsigned long long sum; /* so that no compiler leaves the parsing out */

static ssize_t text_of(int file)
{
    ssize_t size = file < 0 ? -1 : pread(file, text, TEXT_BYTES - 1, 0);
    text[size > 0 ? size : 0] = '\0';
    return size;
}

static int open_of(int pid, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static unsigned long long labelled(const char *label)
{
    const char *found = strstr(text, label);
    return found == NULL ? 0 : strtoull(found + strlen(label), NULL, 10);
}

/* The fields behind the comm: utime is the 12th of them, starttime the 20th. 0 where it is gone. */
static int read_stat(struct process *process)
{
    if (text_of(process->stat) <= 0)
        return 0;
    char *field = strrchr(text, ')');
    unsigned long long ticks = 0;
    for (int i = 1; field != NULL && i <= 22; i++) {
        field = strchr(field + 1, ' ');
        if (field != NULL && i >= 12 && i <= 15)
            ticks += strtoull(field, NULL, 10);
        if (field != NULL && i == 20)
            process->birth = strtoull(field, NULL, 10);
    }
    process->used = ticks - process->ticks;
    process->ticks = ticks;
    return 1;
}

static void read_rest(struct process *process)
{
    if (text_of(process->statm) > 0)
        process->resident_pages = strtoul(strchr(text, ' '), NULL, 10);
    if (text_of(process->io) > 0) {
        process->read_bytes = labelled("\nread_bytes: ");
        process->written_bytes = labelled("\nwrite_bytes: ");
    }
    sum += process->resident_pages + process->read_bytes + process->written_bytes;
}

static void forget(struct process *process)
{
    close(process->stat);
    close(process->statm);
    close(process->io);
    *process = processes[--count];
}

static void meet(int pid, unsigned tick)
{
    struct process *process = &processes[count];
    if (count == MOST_PROCESSES)
        return;
    *process = (struct process){.pid = pid, .seen_at = tick, .stat = open_of(pid, "stat")};
    if (process->stat < 0)
        return;
    process->statm = open_of(pid, "statm");
    process->io = open_of(pid, "io");
    int environ = open_of(pid, "environ");
    ssize_t size = text_of(environ);
    process->is_owned = size > 0 && memmem(text, (size_t)size, "GITHUB_ACTION=", 14) != NULL;
    close(environ);
    count++;
    read_stat(process);
}

static int by_pid(const void *one, const void *other)
{
    return ((const struct process *)one)->pid - ((const struct process *)other)->pid;
}

static void list(DIR *proc, unsigned tick)
{
    int known = count, is_sorted = 1;
    rewinddir(proc);
    for (struct dirent *entry; (entry = readdir(proc)) != NULL;) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        struct process wanted = {.pid = atoi(entry->d_name)};
        struct process *found =
            bsearch(&wanted, processes, (size_t)known, sizeof wanted, by_pid);
        if (found != NULL) {
            found->seen_at = tick;
        } else {
            meet(wanted.pid, tick);
            is_sorted = 0;
        }
    }
    for (int i = 0; i < count;) {
        if (processes[i].seen_at != tick || (i < known && !read_stat(&processes[i]))) {
            forget(&processes[i]);
            is_sorted = 0;
        } else {
            i++;
        }
    }
    if (!is_sorted)
        qsort(processes, (size_t)count, sizeof *processes, by_pid);
}

static void read_leaders(void)
{
    struct process *leaders[LEADERS];
    int found = 0;
    for (int i = 0; i < count; i++) {
        int at = found < LEADERS ? found++ : LEADERS;
        while (at > 0 && leaders[at - 1]->used < processes[i].used) {
            if (at < LEADERS)
                leaders[at] = leaders[at - 1];
            at--;
        }
        if (at < LEADERS)
            leaders[at] = &processes[i];
    }
    for (int i = 0; i < found; i++)
        read_rest(leaders[i]);
}

int main(int files, char **paths)
{
    int system_files[MOST_FILES];
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    for (int i = 1; i < files && i < MOST_FILES; i++)
        system_files[i] = open(paths[i], O_RDONLY | O_CLOEXEC);
    DIR *proc = opendir("/proc");
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (unsigned tick = 1;; tick++) {
        for (int i = 1; i < files && i < MOST_FILES; i++)
            text_of(system_files[i]);
        list(proc, tick);
        read_leaders();
        next.tv_sec++;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
}
