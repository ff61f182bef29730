//! The steps on a message's way, and what Meta reports of them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// A step on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Accepted by us and waiting for its turn.
    Queued,
    /// Claimed: the one call to Graph is under way.
    Sending,
    /// The call's answer was lost. Sent again by itself only where the tenant chose so, and once.
    Unconfirmed,
    /// A person decided not to send an unconfirmed message again.
    Discarded,
    /// Meta took it.
    Sent,
    Failed,
    Delivered,
    Read,
    /// A voice note was listened to.
    Played,
}

impl Status {
    /// How far along a step is: a message never goes back to a smaller rank.
    ///
    /// `Failed` stands below `Delivered` because Meta's statuses come in any order and a failure only counts when
    /// nothing later was seen (Meta, "messages/status"); it stands above `Sent` because that may arrive after it. What
    /// is not known to have left has no rank at all: any status of Meta's settles it.
    pub(super) fn rank(self) -> u8 {
        match self {
            Self::Queued | Self::Sending | Self::Unconfirmed | Self::Discarded => 0,
            Self::Sent => 1,
            Self::Failed => 2,
            Self::Delivered => 3,
            Self::Read => 4,
            Self::Played => 5,
        }
    }

    /// Whether it has reached the customer.
    pub fn is_delivered(self) -> bool {
        self.rank() >= Self::Delivered.rank()
    }

    /// Whether Meta has said what became of the message (or we know that it never left).
    pub fn is_settled(self) -> bool {
        self.rank() > 0
    }
}

/// When a step was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub status: Status,
    pub at: Timestamp,
}

/// A status that Meta reports of a message of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    Sent,
    Delivered,
    Read,
    Played,
    Failed(Failure),
}

impl Report {
    pub(super) fn status(&self) -> Status {
        match self {
            Self::Sent => Status::Sent,
            Self::Delivered => Status::Delivered,
            Self::Read => Status::Read,
            Self::Played => Status::Played,
            Self::Failed(_) => Status::Failed,
        }
    }
}
