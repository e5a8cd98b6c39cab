# Workflow and environment, for any user, with a read-only root: docs/container.md.
# BASE: a Debian with Python 3.11 to 3.13, or one whose python3 package is that (bookworm, trixie).
ARG BASE=docker.io/library/debian:bookworm-slim

FROM ${BASE} AS python
RUN if ! python3 -c "import ensurepip, venv"; then \
        apt-get update \
        && apt-get install --yes --no-install-recommends python3 python3-venv \
        && rm -rf /var/lib/apt/lists/*; \
    fi

FROM python AS environment
RUN if ! command -v make; then \
        apt-get update && apt-get install --yes --no-install-recommends make; \
    fi
WORKDIR /opt/restpain
COPY Makefile requirements.lock requirements-uv.lock ./
COPY envs/check_python.py envs/check_environment.py envs/
COPY scripts/restpain/__init__.py scripts/restpain/
COPY scripts/restpain/classification/__init__.py scripts/restpain/classification/openmp.py \
     scripts/restpain/classification/
# the secret is optional: certificates of the machine, where a proxy has its own
RUN --mount=type=secret,id=certificates,target=/etc/ssl/certs/ca-certificates.crt \
    PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1 make environment

FROM python
COPY --from=environment /opt/restpain/.venv /opt/restpain/.venv
COPY . /opt/restpain
RUN python3 -m compileall -q /opt/restpain/scripts && chmod -R a+rX,go-w /opt/restpain/[!.]* && mkdir /study
ENV PATH=/opt/restpain/.venv/bin:$PATH \
    LANG=C.UTF-8
WORKDIR /study
ENTRYPOINT ["/bin/sh", "/opt/restpain/envs/run_in_container.sh"]
