"""What the tour's team hands in as evidence: papers and links by deliverable, each of its true kind."""

from dataclasses import dataclass
from typing import Final

from milestones.states import EvidenceKind as Kind

CODE_HOST: Final = "https://git.meridian-health.example/claims-triage"


@dataclass(frozen=True)
class Paper:
    """A file with a text; where `url` is set, a link instead."""

    kind: Kind
    title: str
    text: str = ""
    url: str = ""

    @property
    def file_name(self) -> str:
        """The title as a name for a file."""
        return "".join(c if c.isalnum() else "-" for c in self.title.lower()).strip("-") + ".md"

    @property
    def body(self) -> bytes:
        """What the file holds."""
        return f"# {self.title}\n\n{self.text}\n".encode()


PAPERS: Final[dict[str, tuple[Paper, ...]]] = {
    "Business metric agreed and baselined": (
        Paper(
            Kind.RECORD,
            "Baseline of four metrics",
            "Measured on the claims of the quarter before the start: manual triage time 14.2 min a claim, 64 % routed"
            " without rework, 310 records corrected by hand a week, 13.80 USD a claim.",
        ),
    ),
    "Data access and security review": (
        Paper(
            Kind.DOCUMENT,
            "Access map and review",
            "Read access to the claims warehouse by named accounts of the client; no copy leaves its network."
            " Each access ends with the placement.",
        ),
    ),
    "Data quality baseline": (
        Paper(
            Kind.RECORD,
            "Quality of the claims extract",
            "Completeness, age and consistency of the 41 fields the model may read; nine are not fit for use yet.",
        ),
        Paper(Kind.CODE, "Quality checks", url=f"{CODE_HOST}/checks"),
    ),
    "Labelled claim sample, 5,000": (
        Paper(
            Kind.RECORD,
            "Labelling guide and agreement",
            "5,000 claims labelled by six adjusters; two labelled each of 500: they agree on 93 %.",
        ),
    ),
    "Model registry with approvals": (
        Paper(
            Kind.RUNBOOK,
            "Registering and approving a model",
            "Who registers a version, who approves it, and how an approval is taken back.",
        ),
        Paper(Kind.CODE, "Registry set-up", url=f"{CODE_HOST}/registry"),
    ),
    "Feature pipeline on live claims": (
        Paper(Kind.CODE, "Feature pipeline", url=f"{CODE_HOST}/features"),
        Paper(
            Kind.RUNBOOK,
            "Running the feature pipeline",
            "What runs when, what a late feed does, and how a day is computed again.",
        ),
    ),
    "Routing model, first version": (
        Paper(
            Kind.MODEL_CARD,
            "Model card, routing 0.3",
            "Trained on 4,000 labelled claims, tested on 1,000: 87 % to the right team. Not for claims with an appeal.",
        ),
        Paper(Kind.CODE, "Training and evaluation", url=f"{CODE_HOST}/routing"),
    ),
    "Model packaging and versioning": (
        Paper(
            Kind.DOCUMENT,
            "What a packaged model holds",
            "Weights, features, thresholds and the card, signed together; a version is never built twice.",
        ),
        Paper(Kind.CODE, "Packaging", url=f"{CODE_HOST}/packaging"),
    ),
}


def papers_of(title: str) -> tuple[Paper, ...]:
    """Return the papers of a deliverable; one of our own words where the plan is another."""
    own = Paper(Kind.DOCUMENT, f"{title}: result", "What was made, where it runs, and who looks after it.")
    return PAPERS.get(title, (own,))
