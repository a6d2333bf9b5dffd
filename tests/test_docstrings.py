"""Every public object, and every method of ours that it has, is documented in numpydoc style."""

import inspect
from importlib import import_module

import pytest
from numpydoc.validate import validate

from sklearn_har.utils.discovery import all_displays, all_estimators, all_functions

# See the table of error codes in the numpydoc guide. Not asked for: "See Also" and extended
# summaries, which are a matter of taste, and what contradicts scikit-learn's own style (names of
# returned values before their types, an opening line on the line of the quotes).
CHECKS = {
    "GL03",  # double blank lines
    "GL05",  # tabs
    "GL06",  # an unknown section
    "GL07",  # sections in another order than numpydoc's
    "GL08",  # no docstring
    "GL09",  # a deprecation not in the right place
    "GL10",  # a reStructuredText directive without two colons
    "SS01",  # no summary
    "SS02",  # summary without a capital letter
    "SS03",  # summary without a full stop
    "SS04",  # summary with leading spaces
    "SS05",  # summary in the third person
    "SS06",  # summary of several lines
    "PR01",  # parameters not documented
    "PR02",  # documented parameters that do not exist
    "PR03",  # parameters in another order than the signature's
    "PR04",  # parameter without a type
    "PR05",  # parameter type that ends in a full stop
    "PR07",  # parameter without a description
    "PR08",  # parameter description without a capital letter
    "PR09",  # parameter description without a full stop
    "PR10",  # no space before the colon of a parameter
    "RT01",  # no Returns section
    "RT03",  # return value without a description
    "RT04",  # return value description without a capital letter
    "RT05",  # return value description without a full stop
    "YD01",  # no Yields section
    "EX01",  # no examples
}
# An example of a class shows its methods together.
CHECKS_OF_METHODS = CHECKS - {"EX01"}
# A result is made by a function, which has the example; its fields are documented as attributes.
CHECKS_OF_RESULTS = CHECKS - {"EX01", "PR01"}

PUBLIC = [item for _, item in (*all_displays(), *all_estimators(), *all_functions())]
EXCEPTIONS = [
    getattr(import_module("sklearn_har.exceptions"), name)
    for name in import_module("sklearn_har.exceptions").__all__
]
# Neither estimator nor display, and made by users, so that an example is asked for.
PUBLIC += [
    import_module("sklearn_har.recordings").Recording,
    import_module("sklearn_har.recordings").LineReader,
    import_module("sklearn_har.recognition").Decision,
    import_module("sklearn_har.recognition").StreamingRecognizer,
    import_module("sklearn_har.preparation").WindowStream,
    import_module("sklearn_har.segmentation").Windows,
    import_module("sklearn_har.export").ExportedClassifier,
]
RESULTS = [
    import_module("sklearn_har.evaluation").RepeatedEvaluation,
    import_module("sklearn_har.timeline").TimelineScores,
    import_module("sklearn_har.export").ExportReport,
]


def path_of(item):
    return f"{item.__module__}.{item.__qualname__}"


def methods():
    """Give the path of every public method, property included, that the package itself defines."""
    for cls in PUBLIC + RESULTS:
        if not inspect.isclass(cls):
            continue
        for name, member in inspect.getmembers_static(cls):
            member = member.fget if isinstance(member, property) else member
            member = getattr(member, "__func__", member)
            member = getattr(member, "fn", member)  # available_if
            module = getattr(member, "__module__", None) or ""
            if not name.startswith("_") and callable(member) and module.startswith("sklearn_har"):
                # A method without a docstring has that of a base class.
                documented = (c for c in cls.__mro__ if getattr(vars(c).get(name), "__doc__", None))
                yield f"{path_of(next(documented, cls))}.{name}"


def complaints(path, checks):
    errors = validate(path)["errors"]
    return [f"{code} {message}" for code, message in errors if code in checks]


@pytest.mark.parametrize("path", sorted({path_of(item) for item in PUBLIC}))
def test_docstring_of_a_public_object(path):
    assert complaints(path, CHECKS) == []


@pytest.mark.parametrize("path", sorted(path_of(item) for item in RESULTS))
def test_docstring_of_a_result(path):
    assert complaints(path, CHECKS_OF_RESULTS) == []


@pytest.mark.parametrize("path", sorted(set(methods())))
def test_docstring_of_a_method(path):
    assert complaints(path, CHECKS_OF_METHODS) == []


@pytest.mark.parametrize("path", sorted(path_of(item) for item in EXCEPTIONS))
def test_docstring_of_an_exception(path):
    assert complaints(path, {"GL08", "SS03", "SS06"}) == []
