# The operator as an image, and with `--target simulator` the simulated Microsoft Graph for trials. Builds with `docker build` and with
# `buildah bud` 1.28, so: no here-documents, no COPY --link.
FROM python:3.13-slim AS build
# The moment that all files of ours get, so that two builds of the same sources have the same ones. The layers are not the same byte for
# byte: what the stage `bare` removes leaves the moment of the build on folders, and the tag of the base image moves.
ARG SOURCE_DATE_EPOCH=1577836800
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_COMPILE=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src

# The environment that the last stage gets has no pip of its own: this stage's pip installs into it from outside.
RUN python -m venv --without-pip /opt/entra-sync-operator

# The dependencies first, from the lock with hashes: this layer is built anew only when the lock changes.
COPY requirements.lock ./
RUN python -m pip --python /opt/entra-sync-operator/bin/python install --require-hashes --only-binary=:all: -r requirements.lock

# What makes the wheel is locked too, and stays in this stage.
COPY requirements-build.lock ./
RUN python -m pip install --require-hashes --only-binary=:all: -r requirements-build.lock

COPY pyproject.toml README.md LICENSE ./
COPY operator ./operator
COPY plugin ./plugin
RUN python -m pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && python -m pip --python /opt/entra-sync-operator/bin/python install --no-deps --no-index dist/*.whl

# Compiled modules would hold the moment at which they were installed; these hold none, and are never looked at again.
RUN /opt/entra-sync-operator/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/entra-sync-operator/lib \
    && find /opt/entra-sync-operator -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

FROM python:3.13-slim AS build-simulator
ARG SOURCE_DATE_EPOCH=1577836800
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_COMPILE=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
RUN python -m venv --without-pip /opt/graph-simulator
COPY requirements-simulator.lock ./
RUN python -m pip --python /opt/graph-simulator/bin/python install --require-hashes --only-binary=:all: -r requirements-simulator.lock
COPY sandbox/graph_simulator /opt/graph-simulator/app/graph_simulator
RUN /opt/graph-simulator/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/graph-simulator/lib /opt/graph-simulator/app \
    && find /opt/graph-simulator -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

FROM python:3.13-slim AS bare
# Nothing in a running container installs anything, so nothing in it can.
RUN python -m pip --disable-pip-version-check uninstall --yes --quiet --root-user-action=ignore pip \
    && rm -rf /usr/local/lib/python3*/ensurepip
# The root is read-only in the cluster: modules were compiled at the build, and no later try is wanted.
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# By number, or the kubelet could not tell that it is not root.
USER 65532:65532

FROM bare AS simulator
ARG REVISION=unknown
LABEL org.opencontainers.image.title="entra-sync-operator-simulator" \
      org.opencontainers.image.description="A simulated Microsoft Graph for trials of the Entra Sync Operator" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.base.name="python:3.13-slim"
COPY --from=build-simulator /opt/graph-simulator /opt/graph-simulator
ENV PATH=/opt/graph-simulator/bin:$PATH PYTHONPATH=/opt/graph-simulator/app
EXPOSE 8443
ENTRYPOINT ["python", "-m", "graph_simulator"]
CMD ["--help"]

FROM bare
ARG REVISION=unknown
LABEL org.opencontainers.image.title="entra-sync-operator" \
      org.opencontainers.image.description="Microsoft Entra ID synchronization jobs as Kubernetes resources" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.base.name="python:3.13-slim"
COPY --from=build /opt/entra-sync-operator /opt/entra-sync-operator
ENV PATH=/opt/entra-sync-operator/bin:$PATH
EXPOSE 8080
ENTRYPOINT ["entra-sync-operator"]
CMD ["run"]
