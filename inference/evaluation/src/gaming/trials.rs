//! Every attack on one market, once: what the product pays after it, and what naive pay does.

use anyhow::Result;

use super::admission::admit;
use super::market::{Market, Owner, Pay};
use super::naive::{Scores, averaged, dots, netted, positive};
use super::product::{pay, pay_admitted};
use super::setting::Setting;
use crate::figure::Target;
use crate::random;

/// Contributors of a market.
pub const CONTRIBUTORS: usize = 10;
/// Who attacks with rows of its own.
pub const ATTACKER: Owner = 0;
/// Whose rows are copied.
const VICTIM: Owner = 1;
/// Who has no rows of its own.
const NEWCOMER: Owner = CONTRIBUTORS;
/// Copies of own rows, and accounts that an identity splits into.
const COPIES: usize = 5;
const PARTS: usize = 10;

/// One number of one seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// The figure's id without the setting's name.
    pub id: String,
    /// In words.
    pub what: String,
    /// The number.
    pub value: f64,
    /// What it should be.
    pub target: Option<Target>,
}

/// A trial.
pub fn trial(id: &str, what: &str, value: f64, target: Option<Target>) -> Trial {
    Trial { id: id.into(), what: what.into(), value, target }
}

/// One market under attack, and its pay before.
pub struct Ring<'a, S: Setting> {
    /// Model and data.
    pub setting: &'a S,
    /// The seed, for what attackers draw.
    pub seed: u64,
    /// Before the attack.
    pub market: Market<S::Content>,
    /// What the product pays before.
    pub fair: Pay,
    /// What positive inner products pay before.
    pub naive: Pay,
    /// The scores behind it.
    scores: Scores,
}

impl<'a, S: Setting> Ring<'a, S> {
    /// A market that nobody attacks yet.
    pub fn new(setting: &'a S, seed: u64) -> Result<(Self, Vec<Trial>)> {
        let market = Market::in_turn(setting.honest().to_vec(), CONTRIBUTORS);
        let admitted = admit(setting, &market)?;
        let fair = pay_admitted(setting, &market, &admitted)?;
        let scores = scores(setting, &market)?;
        let naive = positive(&market, &scores);
        let merged = market.rows.len() - admitted.kept.len();
        let merged = merged as f64 / market.rows.len() as f64;
        let attributed = fair.rows.iter().sum::<u64>() as f64 / (fair.queries as f64 * 1e9);
        let trials = vec![
            trial("gaming.honest.merged", "part of honest rows taken for copies", merged, None),
            trial("gaming.honest.attributed", "part of pay that goes to rows", attributed, None),
        ];
        Ok((Self { setting, seed, market, fair, naive, scores }, trials))
    }

    /// All attacks that every market has.
    pub fn attacks(&self) -> Result<Vec<Trial>> {
        let mut trials = self.replication()?;
        trials.extend(self.copycat(1)?);
        trials.extend(self.copycat(4)?);
        trials.extend(self.paraphrase()?);
        trials.extend(self.split()?);
        Ok(trials)
    }

    /// The attacker commits each of its rows five times more.
    fn replication(&self) -> Result<Vec<Trial>> {
        let attacked = self.market.copied((ATTACKER, ATTACKER), COPIES, |row, _| row.clone());
        let (ours, naive) = self.gains(&attacked)?;
        let what = "pay with 5 copies of each own row, over pay without";
        Ok(vec![
            trial("gaming.self-replication.gain", what, ours, Some(Target::AtMost(1.0))),
            trial("control.self-replication.gain", what, naive, Some(Target::AtLeast(1.1))),
        ])
    }

    /// Somebody without rows commits the victim's again.
    fn copycat(&self, copies: usize) -> Result<Vec<Trial>> {
        let attacked = self.market.copied((VICTIM, NEWCOMER), copies, |row, _| row.clone());
        let admitted = admit(self.setting, &attacked)?;
        let ours = pay_admitted(self.setting, &attacked, &admitted)?;
        let scores = scores(self.setting, &attacked)?;
        let naive = positive(&attacked, &scores);
        let late = averaged(&attacked, &scores, &admitted.first);
        let taken = format!("copycat's part of what {copies} copies and the victim's rows earn");
        let keeps = format!("victim's pay with {copies} copies about, over pay without");
        let late_keeps = format!("{keeps}; copies trained on, clusters averaged after");
        let [share, keep] =
            ["attacker-share", "victim-keeps"].map(|of| format!("copycat{copies}.{of}"));
        let trial = |id: String, what: &str, value, target| trial(&id, what, value, Some(target));
        Ok(vec![
            trial(format!("gaming.{share}"), &taken, taken_share(&ours), Target::AtMost(0.01)),
            trial(
                format!("gaming.{keep}"),
                &keeps,
                gain(VICTIM, &ours, &self.fair),
                Target::AtLeast(0.95),
            ),
            trial(format!("control.{share}"), &taken, taken_share(&naive), Target::AtLeast(0.1)),
            trial(
                format!("control.{keep}"),
                &late_keeps,
                gain(VICTIM, &late, &self.naive),
                Target::Below(0.95),
            ),
        ])
    }

    /// The attacker commits its rows again in other words; a newcomer does so with the victim's.
    fn paraphrase(&self) -> Result<Vec<Trial>> {
        let mut stream = random::stream(self.seed, "gaming/paraphrase");
        let reword = |row: &S::Content, _| self.setting.reworded(row, &mut stream);
        let own = self.market.copied((ATTACKER, ATTACKER), 1, reword);
        let (ours, naive) = self.gains(&own)?;
        let reword = |row: &S::Content, _| self.setting.reworded(row, &mut stream);
        let stolen = self.market.copied((VICTIM, NEWCOMER), 1, reword);
        let admitted = admit(self.setting, &stolen)?;
        let let_in =
            admitted.kept.iter().filter(|row| stolen.rows[**row].owner == NEWCOMER).count();
        let let_in = let_in as f64 / stolen.rows_of(NEWCOMER).len() as f64;
        let paid = pay_admitted(self.setting, &stolen, &admitted)?;
        let what = "pay with each own row committed again in other words, over pay without";
        let taken = "copycat's part where the copies are in other words";
        let kept = "victim's pay then, over pay without";
        let keeps = gain(VICTIM, &paid, &self.fair);
        Ok(vec![
            trial("gaming.paraphrase.gain", what, ours, Some(Target::AtMost(1.1))),
            trial("control.paraphrase.gain", what, naive, Some(Target::AtLeast(1.1))),
            trial("gaming.paraphrase.let-in", "part of such copies that are let in", let_in, None),
            trial("gaming.paraphrase.attacker-share", taken, taken_share(&paid), None),
            trial("gaming.paraphrase.victim-keeps", kept, keeps, None),
        ])
    }

    /// The attacker puts its rows on ten accounts.
    fn split(&self) -> Result<Vec<Trial>> {
        let attacked = self.market.split(ATTACKER, CONTRIBUTORS, PARTS);
        let accounts = || std::iter::once(ATTACKER).chain(CONTRIBUTORS..CONTRIBUTORS + PARTS - 1);
        let ours = pay(self.setting, &attacked)?.of_all(accounts());
        let netted_before = netted(&self.market, &self.scores).of(ATTACKER);
        let netted_after = netted(&attacked, &self.scores).of_all(accounts());
        let what = "pay of ten accounts that were one, over pay of the one";
        let netting = "the same where each account's good and bad is netted, then clamped";
        let ours = ratio(ours, self.fair.of(ATTACKER));
        let naive = ratio(netted_after, netted_before);
        Ok(vec![
            trial("gaming.split.gain", what, ours, Some(Target::AtMost(1.0))),
            trial("control.split.gain", netting, naive, Some(Target::AtLeast(1.1))),
        ])
    }

    /// Pay of the attacker over pay before: the product's, and of positive inner products.
    pub fn gains(&self, attacked: &Market<S::Content>) -> Result<(f64, f64)> {
        let ours = pay(self.setting, attacked)?;
        let naive = positive(attacked, &scores(self.setting, attacked)?);
        Ok((gain(ATTACKER, &ours, &self.fair), gain(ATTACKER, &naive, &self.naive)))
    }
}

/// Inner products of all rows' gradients, copies among them, with the queries'.
pub fn scores<S: Setting>(setting: &S, market: &Market<S::Content>) -> Result<Scores> {
    let trained = setting.train(&market.contents())?;
    let rows = trained.gradients(trained.end(), 0..trained.rows);
    Ok(dots(&rows, &trained.gradients(trained.end(), trained.queries())))
}

fn gain(owner: Owner, after: &Pay, before: &Pay) -> f64 {
    ratio(after.of(owner), before.of(owner))
}

fn taken_share(pay: &Pay) -> f64 {
    ratio(pay.of(NEWCOMER), pay.of(NEWCOMER) + pay.of(VICTIM))
}

fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}
