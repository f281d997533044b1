//! How badly the model foretells an answer, and how each adapter number would change that.

use std::collections::BTreeMap;
use std::ops::Range;

use burn::tensor::activation::log_softmax;
use burn::tensor::{Int, Tensor, TensorData};

use super::forward::numbers;
use super::{Batch, Lora, Model, Target};
use crate::error::{Error, Result};

/// Token ids and the part of them that is the answer: only that part is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    ids: Vec<u32>,
    answer: Range<usize>,
}

impl Example {
    /// An example; the answer may not be empty, start at 0 or reach beyond the ids.
    pub fn new(ids: Vec<u32>, answer: Range<usize>) -> Result<Self> {
        if answer.is_empty() || answer.start == 0 || answer.end > ids.len() {
            return Err(Error::Tuning(format!(
                "an answer at {answer:?} of {} tokens: it must follow a prompt and not be empty",
                ids.len()
            )));
        }
        Ok(Self { ids, answer })
    }

    /// A prompt and its answer.
    pub fn joined(prompt: &[u32], answer: &[u32]) -> Result<Self> {
        let ids = [prompt, answer].concat();
        let end = ids.len();
        Self::new(ids, prompt.len()..end)
    }

    /// All its tokens.
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// Where the answer is.
    pub fn answer(&self) -> Range<usize> {
        self.answer.clone()
    }
}

/// Gradient of the loss for each adapter matrix, in PEFT's layout: `[rank, in]`, `[out, rank]`.
pub type Gradients = BTreeMap<(usize, Target), (Vec<f32>, Vec<f32>)>;

impl Model {
    /// Mean loss per answer token over all examples, as a tensor of one number.
    fn loss(&self, examples: &[&Example], lora: Option<&Lora>) -> Tensor<1> {
        let rows: Vec<&[u32]> = examples.iter().map(|example| example.ids.as_slice()).collect();
        let batch = Batch::padded(&rows, 0);
        let (mut places, mut wanted) = (Vec::new(), Vec::new());
        for (row, example) in examples.iter().enumerate() {
            for at in example.answer.clone() {
                places.push((row * batch.tokens() + at - 1) as i64);
                wanted.push(i64::from(example.ids[at]));
            }
        }
        let count = places.len();
        let places = TensorData::new(places, [count]);
        let places = Tensor::<1, Int>::from_data(places, self.device());
        let wanted = TensorData::new(wanted, [count, 1]);
        let wanted = Tensor::<2, Int>::from_data(wanted, self.device());
        let hidden = self.hidden(&batch, lora, None).select(0, places);
        log_softmax(self.logits(hidden), 1).gather(1, wanted).mean().neg()
    }

    /// Mean loss per answer token, without gradients.
    pub fn answer_loss(&self, examples: &[&Example], lora: Option<&Lora>) -> Result<f32> {
        let loss = numbers(self.loss(examples, lora))?;
        finite(loss[0])
    }

    /// Hidden states after the last norm, averaged over an answer's tokens.
    pub fn representation(&self, example: &Example, lora: Option<&Lora>) -> Result<Vec<f32>> {
        let hidden = self.hidden(&Batch::single(&example.ids), lora, None);
        numbers(hidden.slice([example.answer.clone()]).mean_dim(0))
    }

    /// Mean loss per answer token and its gradient; `lora` must be tracked (see
    /// [`Lora::tracked`]).
    pub fn gradients(&self, examples: &[&Example], lora: &Lora) -> Result<(f32, Gradients)> {
        let loss = self.loss(examples, Some(lora));
        let mut found = loss.backward();
        let mut gradients = Gradients::new();
        for (at, pair) in &lora.pairs {
            let a = pair.a.grad_remove(&mut found).map(numbers).transpose()?;
            let b = pair.b.grad_remove(&mut found).map(numbers).transpose()?;
            let (Some(a), Some(b)) = (a, b) else {
                return Err(Error::Tuning(format!("layer {} {} has no gradient", at.0, at.1)));
            };
            gradients.insert(*at, (a, b));
        }
        Ok((finite(numbers(loss.inner())?[0])?, gradients))
    }
}

fn finite(loss: f32) -> Result<f32> {
    match loss.is_finite() {
        true => Ok(loss),
        false => Err(Error::Tuning(format!("the loss is {loss}: a smaller learning rate may do"))),
    }
}
