"""Runs the sampler from anywhere: `python3 -I -S action/sampler.py run -- make -j8`.

Needs Python 3.9 and nothing else. Its own repository comes first: the folder that it is called in
may have a `src`, too.
"""

import os
import sys

if __name__ == "__main__":
    if sys.version_info < (3, 9):
        sys.exit("the sampler needs Python 3.9 or newer; this is " + sys.version.split()[0])
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    from src.sampler.main import main

    sys.exit(main(sys.argv[1:]))
