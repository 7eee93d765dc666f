import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.sampler.names import readable_name

STEP = "/home/runner/work/_temp/4f2e5b1c-1d2e-4a5b-8c9d-0123456789ab.sh"


@pytest.mark.parametrize(
    ("comm", "line", "name"),
    [
        ("cc1plus", "/usr/libexec/cc1plus -quiet x.cc", "cc1plus"),
        ("kworker/0:1", "", "kworker/0:1"),
        ("systemd-journal", "/lib/systemd/systemd-journald", "systemd-journald"),
        ("systemd-journal", "something else", "systemd-journal"),
        ("python3", "/usr/bin/python3 -I -m pytest --token=s3cret", "python3 -m pytest"),
        ("python3", "python3 -Im pytest s3cret", "python3 -m pytest"),
        ("python3.11", "python3.11 -W once -Xdev manage.py s3cret", "python3.11 manage.py"),
        ("python3", "python3 -uc s3cret", "python3 -c"),
        ("python3", "python3 - s3cret", "python3 -"),
        ("pip", "/usr/bin/python3 /usr/bin/pip install s3cret", "python3 pip"),
        ("bash", "bash -ec s3cret", "bash -c"),
        ("bash", f"bash --noprofile --norc -e -o pipefail {STEP}", "bash (step)"),
        ("bash", "bash /home/runner/work/_temp/install.sh s3cret", "bash install.sh"),
        ("sh", "sh gradlew s3cret", "sh gradlew"),
        ("bash", "-bash", "bash"),
        ("bash", "bash /dev/fd/3", "bash"),
        (
            "node",
            "/n/node /__w/_actions/actions/checkout/v4/dist/index.js",
            "node actions/checkout",
        ),
        ("node", "node --require ./s3cret.js app.js", "node app.js"),
        ("node", "node --unknown s3cret app.js", "node app.js"),
        ("node-MainThread", "node -pe s3cret", "node -p"),
        ("node", "node --eval=s3cret", "node --eval"),
        (
            "java",
            "java -Xmx1g -cp s3cret --add-opens a=b org.gradle.GradleDaemon 8",
            "java GradleDaemon",
        ),
        ("java", "java -jar /x/app.jar s3cret", "java app.jar"),
        ("perl", "perl -I s3cret -e s3cret", "perl -e"),
        ("postgres", "postgres: s3cret db 10.0.0.1(5432) idle", "postgres"),
        ("curl", "curl -H s3cret https://example.com", "curl"),
    ],
)
def test_names_tell_what_runs_and_no_argument(comm: str, line: str, name: str):
    assert readable_name(comm, line.split()) == name


def test_what_a_terminal_would_obey_is_not_in_a_name():
    assert readable_name("\x1b[31mred", []) == "\N{REPLACEMENT CHARACTER}[31mred"


@given(
    st.text(max_size=16),
    st.lists(
        st.sampled_from(
            ["python3", "-c", "-Im", "--", "--x", "-", "+o", "/a/b.py", "", "=", "-jar"]
        )
    ),
)
def test_any_words_make_a_short_name(comm: str, words: list[str]):
    name = readable_name(comm, words)

    assert len(name) <= 60
    assert name.isprintable()
