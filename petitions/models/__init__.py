"""Letters from parties, and petitions."""

from petitions.models.letters import Letter
from petitions.models.petitions import Petition

__all__ = ["Letter", "Petition"]
