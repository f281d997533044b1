//! Turns at the engine: one request at a time has it, some wait in order, more are refused.

use std::sync::Arc;

use axum::http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::ApiError;

/// Who has the engine, and how many wait for it.
#[derive(Debug)]
pub struct Turns {
    engine: Arc<Semaphore>,
    places: Arc<Semaphore>,
    waiting_max: usize,
}

impl Turns {
    /// A free engine, for which so many requests may wait.
    pub fn new(waiting_max: usize) -> Self {
        let waiting_max = waiting_max.min(Semaphore::MAX_PERMITS);
        let places = Arc::new(Semaphore::new(waiting_max));
        Self { engine: Arc::new(Semaphore::new(1)), places, waiting_max }
    }

    /// Takes a free engine, or waits for it; when all places are taken, that is refused at once.
    pub async fn next(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        // An engine that is given back goes to who waits, so nobody overtakes here.
        if let Ok(turn) = Arc::clone(&self.engine).try_acquire_owned() {
            return Ok(turn);
        }
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            let text = format!("{} requests wait already, try again later", self.waiting_max);
            return Err(ApiError::new(StatusCode::TOO_MANY_REQUESTS, "queue_full", text));
        };
        let turn = Arc::clone(&self.engine).acquire_owned().await;
        drop(place);
        turn.map_err(|_| {
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", "the sidecar is stopping")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(turn: Result<OwnedSemaphorePermit, ApiError>) -> (StatusCode, &'static str) {
        let why = turn.unwrap_err();
        (why.status, why.code)
    }

    async fn all_places_taken(turns: &Turns) {
        while turns.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn who_waits_has_a_place_and_the_next_is_refused() {
        let turns = Arc::new(Turns::new(1));
        let wait = || {
            let turns = Arc::clone(&turns);
            tokio::spawn(async move { turns.next().await })
        };
        let running = turns.next().await.unwrap();
        let waiting = wait();
        all_places_taken(&turns).await;
        let full = (StatusCode::TOO_MANY_REQUESTS, "queue_full");
        assert_eq!(refused(turns.next().await), full);
        drop(running);
        let running = waiting.await.unwrap().unwrap();
        let gone = wait();
        all_places_taken(&turns).await;
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        assert_eq!(turns.places.available_permits(), 1, "who goes away leaves its place");
        drop(running);
        drop(turns.next().await.expect("the engine is free again"));
    }

    #[tokio::test]
    async fn without_places_a_free_engine_is_taken_all_the_same() {
        let turns = Turns::new(0);
        let running = turns.next().await.unwrap();
        assert_eq!(refused(turns.next().await).1, "queue_full");
        drop(running);
        drop(turns.next().await.expect("the engine is free again"));
    }
}
