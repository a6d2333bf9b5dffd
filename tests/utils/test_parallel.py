"""Work of joblib on the workers of Dask and Ray, also when one of them dies."""

import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from joblib import Parallel, delayed
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.naive_bayes import GaussianNB

from sklearn_har.evaluation import repeated_evaluation
from sklearn_har.utils import parallel
from sklearn_har.utils.parallel import use_dask, use_ray

GRID = {"var_smoothing": [1e-9, 0.1, 1.0, 10.0]}


class Threads(parallel._Backend):
    """An engine in this process, which counts what it is given to keep."""

    def __init__(self, shared_files=False):
        super().__init__(shared_files)
        self.pool = ThreadPoolExecutor(2)
        self.kept = []
        self.cancelled = []

    def n_slots(self):
        return 2

    def keep(self, value):
        self.kept.append(value)
        return value

    def start(self, tasks, kept):
        return self.pool.submit(parallel._run, tasks, kept)

    def cancel(self, futures):
        self.cancelled += futures


@pytest.fixture
def problem():
    """400 rows of 64 features: 200 kB, which engines keep; with labels and groups."""
    rng = np.random.default_rng(0)
    y = np.arange(400) % 4
    X = rng.normal(size=(400, 64)) + 0.1 * y[:, None]
    return X, y, np.repeat(np.arange(8), 50)


def search(estimator, problem, **params):
    X, y, groups = problem
    grid = GridSearchCV(estimator, GRID, cv=GroupKFold(4), **params).fit(X, y, groups=groups)
    return grid.cv_results_["mean_test_score"]


def test_a_search_sends_its_windows_once_and_finds_the_same(problem):
    engine = Threads()
    expected = search(GaussianNB(), problem)
    assert np.ptp(expected) > 0
    with parallel._running_on(engine):
        np.testing.assert_array_equal(search(GaussianNB(), problem), expected)
        np.testing.assert_array_equal(search(GaussianNB(), problem), expected)
    assert [value is problem[0] for value in engine.kept] == [True]


def test_a_repeated_evaluation_on_an_engine_is_the_same(problem):
    X, y, groups = problem
    engine = Threads()
    options = {"cv": 4, "groups": groups, "n_repeats": 3, "random_state": 0}
    clf = DummyClassifier(strategy="stratified")
    expected = repeated_evaluation(clf, X, y, **options)
    with parallel._running_on(engine):
        found = repeated_evaluation(clf, X, y, **options)
    np.testing.assert_array_equal(found.split_scores, expected.split_scores)
    assert np.ptp(expected.split_scores) > 0
    assert len(engine.kept) == 1


def test_one_job_stays_in_this_process(problem):
    engine = Threads()
    with parallel._running_on(engine):
        search(GaussianNB(), problem, n_jobs=1, refit=False)
    assert engine.kept == []


def test_no_jobs_are_an_error(problem):
    with parallel._running_on(Threads()), pytest.raises(ValueError, match="n_jobs must not be 0"):
        search(GaussianNB(), problem, n_jobs=0)


def test_one_worker_is_used_all_the_same(problem):
    engine = Threads()
    engine.n_slots = lambda: 1
    with parallel._running_on(engine):
        search(GaussianNB(), problem, refit=False)
    assert len(engine.kept) == 1


def test_an_error_in_a_worker_is_raised_and_the_rest_given_up():
    engine = Threads()
    begun = threading.Event()

    def fail(i):
        if i:
            begun.set()
            time.sleep(0.2)
            return i
        begun.wait(5)
        raise ZeroDivisionError(f"task {i}")

    with parallel._running_on(engine), pytest.raises(ZeroDivisionError, match="task 0"):
        Parallel()(delayed(fail)(i) for i in range(4))
    assert len(engine.cancelled) > 0


@pytest.mark.parametrize("order", ["C", "F"])
def test_memory_mapped_windows_are_opened_where_they_are_needed(tmp_path, problem, order):
    path = tmp_path / "X.npy"
    np.save(path, np.asarray(problem[0], order=order))
    X = np.load(path, mmap_mode="r")
    seen = []

    def look(array):
        seen.append(array)
        return float(array.sum())

    with parallel._running_on(Threads(shared_files=True)):
        sums = Parallel()(delayed(look)(X) for _ in range(2))
    np.testing.assert_allclose(sums, problem[0].sum())
    assert all(isinstance(array, np.memmap) and array is not X for array in seen)
    assert all(Path(array.filename) == path and not array.flags.writeable for array in seen)


@pytest.mark.parametrize(("rows", "shared"), [(slice(100, None), True), (slice(None), False)])
def test_only_whole_files_are_opened_anew(tmp_path, problem, rows, shared):
    np.save(tmp_path / "X.npy", problem[0])
    # Where in the file a part begins is not known.
    X = np.load(tmp_path / "X.npy", mmap_mode="r")[rows]
    engine = Threads(shared_files=shared)
    with parallel._running_on(engine):
        assert Parallel()(delayed(np.sum)(X) for _ in range(2)) == [X.sum(), X.sum()]
    assert [value is X for value in engine.kept] == [True]


def test_a_missing_client_is_named():
    pytest.importorskip("distributed", reason="Dask is not installed: the extra dask")
    with pytest.raises(ValueError, match=r"no client was made.*distributed\.Client"):
        use_dask()


@pytest.mark.parametrize(
    ("use", "module", "extra"), [(use_dask, "distributed", "dask"), (use_ray, "ray", "ray")]
)
def test_a_missing_engine_is_named(monkeypatch, use, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf"pip install 'sklearn-har\[{extra}\]'"):
        use()


# Engines themselves -------------------------------------------------------------------------------


def mortal(base, folder):
    """Make a class, known to nobody else, whose first training at 1.0 waits to be killed."""

    class Mortal(base):
        def fit(self, X, y):
            victim = Path(folder) / "victim"
            if self.var_smoothing == 1.0:
                try:
                    with victim.open("x") as file:
                        file.write(str(os.getpid()))
                except FileExistsError:
                    return super().fit(X, y)
                time.sleep(60)
            return super().fit(X, y)

    return Mortal()


def killer(folder):
    """Start a thread that kills the process of the file `victim` as soon as there is one."""
    killed = []

    def kill():
        victim = Path(folder) / "victim"
        for _ in range(3000):
            if victim.exists() and (pid := victim.read_text()):
                os.kill(int(pid), signal.SIGKILL)
                killed.append(int(pid))
                return
            time.sleep(0.02)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread, killed


@pytest.fixture(scope="module")
def dask_client():
    distributed = pytest.importorskip("distributed", reason="Dask is not installed: the extra dask")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def ray_cluster():
    ray = pytest.importorskip("ray", reason="Ray is not installed: the extra ray")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "disabled")
        ray.init(
            num_cpus=2, include_dashboard=False, log_to_driver=False, _node_ip_address="127.0.0.1"
        )
        yield ray
        ray.shutdown()


def test_a_search_on_dask_survives_the_death_of_a_worker(dask_client, problem, tmp_path):
    expected = search(GaussianNB(), problem)
    pids = set(dask_client.run(os.getpid).values())
    thread, killed = killer(tmp_path)
    with use_dask(dask_client):
        found = search(mortal(GaussianNB, tmp_path), problem, refit=False)
    thread.join()
    assert len(killed) == 1
    assert killed[0] in pids - {os.getpid()}
    np.testing.assert_array_equal(found, expected)


@pytest.mark.slow
def test_a_search_on_ray_survives_the_death_of_a_worker(ray_cluster, problem, tmp_path):
    expected = search(GaussianNB(), problem)
    thread, killed = killer(tmp_path)
    with use_ray():
        found = search(mortal(GaussianNB, tmp_path), problem, refit=False)
    thread.join()
    assert len(killed) == 1
    assert killed[0] != os.getpid()
    np.testing.assert_array_equal(found, expected)


def threads_of_tensorflow():
    """Return the process, and the variables that TensorFlow reads, in a worker with a network."""
    import sklearn_har.neural_network  # noqa: F401

    names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    return os.getpid(), *(os.environ.get(name) for name in names)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["dask", "ray"])
def test_networks_on_an_engine(engine, request):
    """The same scores as in this process, up to the rounding of one thread and of several."""
    from sklearn_har import CNNLSTMClassifier
    from sklearn_har.datasets import make_har_windows

    har = make_har_windows(n_subjects=4, n_windows_per_activity=10, random_state=0)

    def log_losses(n_jobs):
        return (
            GridSearchCV(
                CNNLSTMClassifier(filters=8, units=8, epochs=3, scaling="standard", random_state=0),
                {"dense_units": [None, 16]},
                cv=GroupKFold(2),
                scoring=["neg_log_loss", "accuracy"],
                refit=False,
                n_jobs=n_jobs,
            )
            .fit(har.data, har.target, groups=har.subject)
            .cv_results_
        )

    expected = log_losses(1)
    use = {
        "dask": lambda: use_dask(request.getfixturevalue("dask_client")),
        "ray": lambda: request.getfixturevalue("ray_cluster") and use_ray(),
    }[engine]
    # By value: a worker has no module of this name.
    look = type(threads_of_tensorflow)(threads_of_tensorflow.__code__, {"os": os})
    with use():
        found = log_losses(-1)
        workers = Parallel()(delayed(look)() for _ in range(4))
    np.testing.assert_allclose(
        found["mean_test_neg_log_loss"], expected["mean_test_neg_log_loss"], rtol=1e-4
    )
    np.testing.assert_array_equal(found["mean_test_accuracy"], expected["mean_test_accuracy"])
    assert os.getpid() not in {pid for pid, *_ in workers}
    assert {tuple(threads) for _, *threads in workers} == {("1", "1")}
