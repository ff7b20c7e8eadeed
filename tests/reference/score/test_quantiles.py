"""Quantiles without scipy.stats, which takes longer to import than a short night to play: the same to the last bit."""

import subprocess
import sys

import numpy as np
import pytest
from scipy.stats import beta, chi2

from tocsin.score.consistency import chi2_quantile
from tocsin.score.warning.bounds import share


@pytest.mark.parametrize("probability", [0.005, 0.025, 0.5, 0.975, 0.995])
def test_the_chi_square_law(probability: float) -> None:
    degrees = np.arange(1, 3000)
    assert np.array_equal(chi2_quantile(probability, degrees), chi2.ppf(probability, degrees))


def test_bounds_of_a_share() -> None:
    for of in range(1, 40):
        for count in range(1, of):
            found = share(count, of)
            assert found.low == beta.ppf((1.0 - 0.95) / 2.0, count, of - count + 1)
            assert found.high == beta.ppf(1.0 - (1.0 - 0.95) / 2.0, count + 1, of - count)


def test_a_worker_does_not_read_it() -> None:
    told = "import sys, tocsin.cluster.night; print('scipy.stats' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
