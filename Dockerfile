# Two stages: the first builds a virtual environment, the second only carries it.
FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /opt/call-doctor
COPY requirements/run.txt requirements/build.txt requirements/
RUN /opt/call-doctor/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt \
    && pip install --no-cache-dir --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md LICENSE manifest.yaml ./
COPY bot bot
COPY templates templates
RUN pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/call-doctor/bin/pip install --no-cache-dir --no-deps /wheels/*.whl \
    && /opt/call-doctor/bin/pip uninstall --yes pip setuptools

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home doctor \
    && install -d -o doctor -g doctor /var/lib/call-doctor
COPY --from=build /opt/call-doctor /opt/call-doctor
ENV PATH=/opt/call-doctor/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 \
    DATABASE_URL=sqlite:////var/lib/call-doctor/call-doctor.db \
    HOST=0.0.0.0 \
    PORT=3000
USER doctor
WORKDIR /var/lib/call-doctor
VOLUME /var/lib/call-doctor
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["python", "-c", \
    "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
ENTRYPOINT ["call-doctor"]
CMD ["serve"]
