"""What error messages say, as data: words that stand in them, and the category they speak for.

A recorded reason is often a line of a log, which speaks plainer than a step's name does. Words are
as in `failure_signs`: whole ones, whatever is neither letter nor digit being a space.
"""

from __future__ import annotations

from .failure_signs import (
    ARCHITECTURE,
    COMPILATION,
    CONFIGURATION,
    DEPENDENCY,
    NETWORK,
    PACKAGING,
    PERMISSION,
    RESOURCE,
    SECURITY,
    StepSign,
)

SIGNS_BY_REASON: tuple[StepSign, ...] = (
    StepSign(
        *(SECURITY, 0.9, "recorded: what was checked is not what it should be"),
        (
            *("checksum", "checksums", "hash mismatch", "hash sum mismatch", "hashes do not match"),
            *("digest mismatch", "sha256 mismatch", "signature", "signatures", "no pubkey"),
            *("untrusted", "vulnerability", "vulnerabilities", "tampered"),
        ),
    ),
    StepSign(
        *(SECURITY, 0.6, "recorded: a certificate did not pass"),
        ("certificate", "certificates"),
    ),
    StepSign(
        *(RESOURCE, 0.9, "recorded: memory or disk ran out"),
        (
            *("out of memory", "outofmemoryerror", "memoryerror", "bad alloc", "oom", "oomkilled"),
            *("cannot allocate memory", "memory exhausted", "virtual memory exhausted"),
            *("no space left", "disk space", "disk full", "disk is full", "enospc"),
            *("disk quota", "quota exceeded", "too many open files", "emfile"),
        ),
    ),
    StepSign(
        *(RESOURCE, 0.6, "recorded: it was killed"),
        ("killed", "sigkill", "signal 9", "resource exhausted", "resources exhausted"),
    ),
    StepSign(
        *(PERMISSION, 0.85, "recorded: access was denied"),
        (
            *("permission denied", "permission", "permissions", "access denied", "eacces", "eperm"),
            *("access is denied", "operation not permitted", "unauthorized", "unauthorised"),
            *("not authorized", "forbidden", "authentication", "authorization", "auth failed"),
            *("auth failure", "credentials", "invalid token", "expired token", "token expired"),
            *("http 401", "http 403", "error 401", "error 403", "could not read username"),
        ),
    ),
    StepSign(
        *(NETWORK, 0.8, "recorded: a connection failed"),
        (
            *("connection", "connections", "connect to", "unreachable", "network", "no route"),
            *("could not resolve host", "couldn t resolve host", "could not resolve hostname"),
            *("name resolution", "getaddrinfo", "dns", "failed to fetch", "failed to download"),
            *("unable to fetch", "unable to download", "tls handshake", "rate limit", "proxy"),
            *("etimedout", "econnreset", "econnrefused", "enotfound", "eai again"),
            *("http 429", "http 500", "http 502", "http 503", "http 504"),
            *("error 429", "error 500", "error 502", "error 503", "error 504"),
        ),
    ),
    StepSign(
        *(NETWORK, 0.6, "recorded: something took too long"),
        ("timed out", "timeout", "timeouts", "time out"),
    ),
    StepSign(
        *(DEPENDENCY, 0.85, "recorded: something that is needed is missing, or does not fit"),
        (
            *("missing dependency", "missing dependencies", "unmet dependency"),
            *("unmet dependencies", "unmet build dependencies", "broken packages", "eresolve"),
            *("unable to locate package", "package not found", "no such package"),
            *("no matching distribution", "could not find a version"),
            *("could not resolve dependencies", "could not resolve dependency"),
            *("no module named", "modulenotfounderror", "cannot find module", "module not found"),
            *("command not found", "not installed", "no matching package"),
        ),
    ),
    StepSign(
        *(ARCHITECTURE, 0.9, "recorded: a binary of another architecture"),
        (
            *("exec format error", "cannot execute binary file", "illegal instruction"),
            *("wrong architecture", "unsupported architecture", "incompatible architecture"),
            *("architecture mismatch", "no matching manifest", "qemu", "binfmt"),
        ),
    ),
    StepSign(
        *(ARCHITECTURE, 0.8, "recorded: a build for another architecture"),
        ("cross compilation", "cross compiler", "cross compiling", "toolchain", "toolchains"),
    ),
    StepSign(
        *(PACKAGING, 0.85, "recorded: a package could not be made, or did not pass"),
        (
            *("debhelper", "lintian", "dh install", "dh missing", "dh shlibdeps", "dh strip"),
            *("dpkg deb", "dpkg source", "dpkg buildpackage", "dpkg genchanges", "rpmbuild"),
            *("debian rules", "debian control", "debian changelog", "spec file"),
        ),
    ),
    StepSign(
        *(COMPILATION, 0.8, "recorded: a compiler, a linker or make reported errors"),
        (
            *("compiler", "compiler error", "compile error", "compilation", "compilation failed"),
            *("syntax error", "undefined reference", "undefined symbol", "cannot find symbol"),
            *("linker", "ld returned", "collect2", "fatal error", "undeclared", "make"),
        ),
    ),
    StepSign(COMPILATION, 0.5, "recorded: the build failed", ("build failed", "build error")),
    StepSign(
        *(CONFIGURATION, 0.85, "recorded: a configuration is not valid, or lacks something"),
        (
            *("invalid yaml", "invalid json", "invalid toml", "yaml error", "yaml syntax"),
            *("missing parameter", "missing parameters", "missing argument", "missing input"),
            *("missing required", "required parameter", "required input", "required argument"),
            *("invalid configuration", "invalid config", "invalid parameter", "invalid option"),
            *("invalid argument", "unknown option", "unrecognized option", "unrecognized argument"),
            *("configuration error", "config error", "missing configuration", "is not set"),
        ),
    ),
    StepSign(CONFIGURATION, 0.6, "recorded: a configuration file", ("yaml", "yml", "toml")),
)
