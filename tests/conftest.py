"""What every test runs under."""

import os

from hypothesis import settings

# No time limits in tests: a loaded machine is no fault. A push is judged by its own change, so CI repeats its examples;
# at a desk each run looks at new ones.
settings.register_profile("tocsin", deadline=None, print_blob=True, derandomize="CI" in os.environ)
settings.load_profile("tocsin")
