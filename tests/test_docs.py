"""The examples on the pages run and print what the pages show; what the pages refer to exists.

The build of the documentation checks references too, within minutes; this takes no time.
"""

import ast
import builtins
import doctest
import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

from scikit_learn import older_than

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
# What the build leaves in docs is none of the pages that are written; the examples in generated
# ones are those of docstrings, which run with the modules.
NOT_WRITTEN = {"_build", "_templates", "auto_examples", "generated"}
PAGES = sorted(page for page in DOCS.rglob("*.rst") if not NOT_WRITTEN & set(page.parts))
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
# Wherever a reference of Sphinx can stand.
SOURCES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in (
        *PAGES,
        *(ROOT / "examples").rglob("*.rst"),
        *(ROOT / "examples").rglob("*.py"),
        *(ROOT / "src").rglob("*.py"),
    )
}
# What the examples of a page need beyond the oldest version of scikit-learn, and for what.
NEEDS = {"docs/user_guide/calibration.rst": ("1.8", "method='temperature'")}
# Readers copy one answer, so each has to run without the others.
FAQ = DOCS / "faq.rst"
ANSWERS = re.split(r"^(.+)\n~{3,}\n", FAQ.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
# An example says so where its figures come from a training, which rounds differently on other
# processors.
ROUGHLY = doctest.register_optionflag("ROUGHLY")
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?")


class RoughNumbers(doctest.OutputChecker):
    """Compare outputs, with a tolerance for numbers where an example asks for it."""

    def check_output(self, want, got, optionflags):
        if optionflags & ROUGHLY:
            expected, found = ([float(n) for n in NUMBER.findall(text)] for text in (want, got))
            if expected != pytest.approx(found, rel=0.3, abs=0.1):
                return False
            want, got = (NUMBER.sub("#", text) for text in (want, got))
        return super().check_output(want, got, optionflags)


def run_examples(text, name, path):
    """Run the prompts of a text, and return how many there were and how many failed."""
    example = doctest.DocTestParser().get_doctest(text, {"__name__": "__main__"}, name, path, 0)
    return doctest.DocTestRunner(checker=RoughNumbers(), optionflags=FLAGS).run(example)


def python_blocks(text):
    """Give the `code-block:: python` blocks of a page, without their indentation."""
    blocks = re.findall(
        r"^( *)\.\. code-block:: python\n\n((?:\1   .*\n|\n)+)", text, flags=re.MULTILINE
    )
    for indent, block in blocks:
        yield re.sub(rf"^{indent}   ", "", block, flags=re.MULTILINE)


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, page in zip(NAMES, PAGES, strict=True)
        if page != FAQ and ">>> " in page.read_text(encoding="utf-8")
    ],
)
def test_examples_of_a_page(name):
    version, purpose = NEEDS.get(name, ("0", ""))
    if older_than(version):
        pytest.skip(f"{purpose} came with scikit-learn {version}")
    result = run_examples((ROOT / name).read_text(encoding="utf-8"), name, str(ROOT / name))
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(
    ("question", "answer"), list(zip(ANSWERS[::2], ANSWERS[1::2], strict=True)), ids=ANSWERS[::2]
)
def test_answer_of_the_faq_runs_by_itself(question, answer, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where it writes its files
    result = run_examples(answer, question, str(FAQ))
    assert result.attempted > 0
    assert result.failed == 0
    # It ends with a link to the page that says more.
    assert re.search(r"^See :(doc|ref):", answer, flags=re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_code_blocks_of_a_page_are_python_and_import_what_exists(name):
    """These train for long, download or show a mistake: they are compiled, their imports run."""
    for block in python_blocks((ROOT / name).read_text(encoding="utf-8")):
        compile(block, name, "exec")
        imports = re.findall(
            r"^from sklearn\S* import (?:\([^)]*\)|.*)$", block, flags=re.MULTILINE
        )
        exec("\n".join(imports), {})


# A page that shows mistakes says in its text what these are.
IN_WORDS = {"docs/common_pitfalls.rst": {"keras", "keras_model", "labels", "recording"}}


@pytest.mark.parametrize("name", NAMES)
def test_code_of_a_page_defines_its_names(name):
    """A reader who copies the code of a page from its beginning misses no name."""
    text = (ROOT / name).read_text(encoding="utf-8")
    examples = doctest.DocTestParser().get_examples(text)
    tree = ast.parse("\n".join([*python_blocks(text), *(e.source for e in examples)]))
    defined, used = set(dir(builtins)), set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=word, ctx=ast.Load()):
                used.add(word)
            case ast.Name(id=word) | ast.arg(arg=word):
                defined.add(word)
            case ast.FunctionDef(name=word) | ast.ClassDef(name=word):
                defined.add(word)
            case ast.alias(name=word, asname=other):
                defined.add(other or word.split(".")[0])
    assert used - defined == IN_WORDS.get(name, set())


def test_options_of_the_command_line_are_documented(capsys):
    from sklearn_har.cli import main

    assert main(["--help"]) == 0
    # The names of the commands stand four spaces in.
    subcommands = re.findall(r"^    ([a-z]+)  +", capsys.readouterr().out, flags=re.MULTILINE)
    assert "inspect" in subcommands
    offered = set()
    for subcommand in subcommands:
        assert main([subcommand, "--help"]) == 0
        # An option stands at the beginning of its line, two spaces in.
        offered |= set(re.findall(r"^  (--[a-z-]+)", capsys.readouterr().out, flags=re.MULTILINE))
    page = (ROOT / "docs" / "user_guide" / "command_line.rst").read_text(encoding="utf-8")
    rows = re.findall(r"^   \* - (``--.*)", page, flags=re.MULTILINE)
    assert offered == {option for row in rows for option in re.findall(r"``(--[a-z-]+)", row)}


def role_targets(role, text):
    """Give the targets of a role, without their titles."""
    for content in re.findall(rf":{role}:`([^`]+)`", text):
        titled = re.fullmatch(r".*<([^>]+)>", content, flags=re.DOTALL)
        yield titled[1] if titled else content


def page_exists(base, target):
    path = DOCS / target[1:] if target.startswith("/") else base / target
    # The gallery is made when the documentation is built.
    return target.endswith("auto_examples/index") or path.with_name(path.name + ".rst").is_file()


def test_pages_that_are_referred_to_exist():
    missing = []
    for name, text in SOURCES.items():
        targets = set(role_targets("doc", text))
        targets |= set(re.findall(r":link: (\S+)\n +:link-type: doc", text))
        targets |= set(re.findall(r"button-ref:: (\S+)\n +:ref-type: doc", text))
        base = (ROOT / name).parent if name.startswith("docs/") else DOCS
        missing += [(name, t) for t in sorted(targets) if not page_exists(base, t)]
    assert missing == []


def test_labels_that_are_referred_to_exist():
    labels = set()
    for name, text in SOURCES.items():
        if name.endswith(".rst"):
            labels |= set(re.findall(r"^\.\. _([\w-]+):", text, flags=re.M))
        elif name.startswith("examples/"):
            labels.add("sphx_glr_auto_" + name.replace("/", "_"))
    assert "gallery" in labels
    missing = [
        (name, label)
        for name, text in SOURCES.items()
        for label in role_targets("ref", text)
        if label not in labels
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_files_on_a_page_exist(page):
    text = page.read_text(encoding="utf-8")
    files = re.findall(r"^ *\.\. (?:image|figure|literalinclude|include):: (\S+)", text, flags=re.M)
    assert [f for f in files if not (page.parent / f).is_file()] == []
    # An image that cannot be seen is described.
    images = re.findall(r"^ *\.\. (?:image|figure):: \S+\n((?: +:.*\n)*)", text, flags=re.M)
    assert all(":alt:" in options for options in images)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_kept_results_are_tables(page):
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"literalinclude:: \S*benchmarks/results/", text) == []
    names = re.findall(r"^\.\. benchmark-tables:: (\S+)$", text, flags=re.MULTILINE)
    results = ROOT / "benchmarks" / "results"
    assert [name for name in names if not (results / f"{name}.txt").is_file()] == []


def test_every_page_is_in_a_table_of_contents():
    listed = {DOCS / "index.rst"}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in re.findall(r"\.\. toctree::\n((?:   .*\n|\n)+)", text):
            for entry in re.findall(r"^   ([\w/-]+)$", block, flags=re.M):
                listed.add(page.parent / f"{entry}.rst")
    assert sorted(set(PAGES) - listed) == []


@pytest.fixture(scope="module")
def diagrams():
    spec = importlib.util.spec_from_file_location("diagrams", DOCS / "diagrams.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_diagrams_are_what_their_script_draws(diagrams):
    files = diagrams.files()
    assert len(files) == 6
    for name, content in files.items():
        assert (DOCS / "images" / name).read_text(encoding="utf-8") == content


@pytest.mark.parametrize("name", ["lstm", "cnn_lstm", "conv_lstm"])
def test_diagram_has_the_weights_of_the_network(diagrams, name):
    import sklearn_har

    classes = {"lstm": "LSTMClassifier", "cnn_lstm": "CNNLSTMClassifier"}
    network = getattr(sklearn_har, classes.get(name, "ConvLSTMClassifier"))()
    drawing = diagrams.Drawing("light")
    diagrams.NETWORKS[name](drawing)
    shown = re.findall(r">([\d,]+) weights<", drawing.svg(""))
    model = network.initialize(np.zeros((6, 128, 9)), range(6)).model_
    counts = [layer.count_params() for layer in model.layers if layer.count_params()]
    assert [int(number.replace(",", "")) for number in shown] == counts


# What people look for, where the package has another word, or none of its own.
LOOKED_FOR = """
android, iphone, ios, smartwatch, wearable, edge, tinyml, tflite, pretrained, checkpoint,
overfit, overfitting, early stopping, learning curve, imbalance, imbalanced, f1, macro average,
confusion matrix, loso, univariate, multivariate, downsample, downsampling, resample, resampling,
sliding window, majority vote, null class, orientation, transfer learning, fine-tuning, excel,
apple watch, sampling frequency, synchronise, synchronize, time offset, variable length,
different lengths, masking, unbalanced, oversampling, smote, hidden units, neurons, hyperparameters,
incremental learning, warm start, classification report, change points, real time, squats,
visualise, visualize, per sample, stride, window size
"""


@pytest.mark.parametrize("words", [words.strip() for words in LOOKED_FOR.split(",")])
def test_search_of_the_site_finds(words):
    # It finds words of the text, by their stems and whatever their case.
    pages = (FAQ, DOCS / "glossary.rst")
    text = " ".join(" ".join(page.read_text(encoding="utf-8").split()) for page in pages)
    assert re.search(rf"\b{words}\b", text, flags=re.IGNORECASE)
