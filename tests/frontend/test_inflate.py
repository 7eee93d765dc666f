import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.frontend.inflate import ENCODINGS, inflate
from src.frontend.verdict import RefusedError

MOST = 1000
COMPRESS = {b"gzip": gzip.compress, b"x-gzip": gzip.compress, b"deflate": zlib.compress}


@given(st.binary(max_size=MOST), st.sampled_from(sorted(COMPRESS)))
def test_what_was_compressed_comes_back(text: bytes, encoding: bytes):
    assert inflate(COMPRESS[encoding](text), encoding, MOST) == text
    assert inflate(text, b"identity", MOST) == text


@given(st.binary(max_size=200), st.sampled_from(sorted(COMPRESS)))
def test_what_was_not_is_refused(body: bytes, encoding: bytes):
    with pytest.raises(RefusedError) as refused:
        inflate(b"\x00" + body, encoding, MOST)
    assert refused.value.verdict.status == 400


@pytest.mark.parametrize(("size", "status"), [(MOST, None), (MOST + 1, 413), (10**8, 413)])
def test_nothing_is_inflated_beyond_the_limit(size: int, status: int | None):
    body = gzip.compress(b" " * size)
    if status is None:
        assert len(inflate(body, b"gzip", MOST)) == size
        return
    with pytest.raises(RefusedError) as refused:
        inflate(body, b"gzip", MOST)
    assert refused.value.verdict.status == status


def test_every_encoding_that_is_taken_is_tried_here():
    assert {*COMPRESS, b"identity"} == ENCODINGS
