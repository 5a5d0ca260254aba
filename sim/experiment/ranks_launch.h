/* ranks_launch.h - what the environment says about the MPI job that started this process. */
#ifndef SIM_EXPERIMENT_RANKS_LAUNCH_H
#define SIM_EXPERIMENT_RANKS_LAUNCH_H

struct launch {
    long size, rank; /* 1 and 0 where there is no job */
};

/* As Open MPI's mpirun tells it, MPICH's (PMI) and Slurm's srun with PMIx. */
struct launch launch_read(void);

#endif
