"""Pure reasoning: how long things took, what each step used, what it was short of.

Samples and steps in, a verdict out: `judge` puts together what the others find. Standard library,
Python >= 3.9.

    ledger       a tick of every process → CPU time and memory by the step they were born in
    measure      a job's steps and its batches → what each step used, and what lies between
    diagnosis    what a step used → what it was short of, by the table in `rules`
    right_size   what a job used → whether its runner has the right size
    failures     what is known of a failure → its category, by the table in `failure_signs`
    durations    when things began and ended → how long they took, ran, waited
"""
