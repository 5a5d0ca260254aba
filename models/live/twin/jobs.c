/* jobs.c - see jobs.h. */
#include "models/live/twin/jobs.h"

void jobs_push(struct jobs *j, struct connection *k)
{
    k->next = NULL;
    pthread_mutex_lock(&j->lock);
    if (j->head)
        j->tail->next = k;
    else
        j->head = k;
    j->tail = k;
    pthread_mutex_unlock(&j->lock);
    pthread_cond_signal(&j->wanted);
}

struct connection *jobs_pop(struct jobs *j)
{
    pthread_mutex_lock(&j->lock);
    while (!j->head)
        pthread_cond_wait(&j->wanted, &j->lock);
    struct connection *k = j->head;
    j->head = k->next;
    pthread_mutex_unlock(&j->lock);
    return k;
}

struct connection *jobs_take_all(struct jobs *j)
{
    pthread_mutex_lock(&j->lock);
    struct connection *all = j->head;
    j->head = NULL;
    pthread_mutex_unlock(&j->lock);
    return all;
}
