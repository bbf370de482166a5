"""How hard Hypothesis tries: the same quick examples each time, or by night many that were never tried before.

For the night: HYPOTHESIS_PROFILE=nightly pytest tests
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile("quick", max_examples=60, derandomize=True, database=None, deadline=None)
settings.register_profile("nightly", max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
