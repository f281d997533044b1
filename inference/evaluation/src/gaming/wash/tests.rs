//! The washer's arithmetic is the chain's, and never earns.

use proptest::prelude::*;
use whence_base::Address;
use whence_reward::keeper::{LivingRow, share_out};
use whence_reward::ports::{Adapter, TrainedOn};
use whence_reward::{params, types};

use super::*;

/// What the chain's own code gives an address that is everybody behind an adapter.
fn by_the_chain(fee: u128, share_ppb: u32) -> (u128, u128) {
    let split = params::default().split.unwrap();
    let washer = Address::new([7; 20]).unwrap();
    let adapter = Adapter {
        developer: washer.clone(),
        proposer: washer.clone(),
        split: None,
        feedback: vec![(washer.clone(), 3)],
        datanets: vec![TrainedOn { datanet_id: 1, version: 1, owner: washer.clone(), rows: 9 }],
    };
    let row = LivingRow { payee: washer.clone(), contribution_id: 1, share_ppb };
    let shared = share_out(fee, &split, &[row], (&washer, Some(&adapter))).unwrap();
    (shared.payments.iter().map(|payment| payment.amount).sum(), shared.stakers)
}

#[test]
fn the_split_is_the_chains() {
    let split = params::default().split.unwrap();
    let whole: u128 = types::WHOLE_PPB.into();
    assert_eq!(whole, WHOLE_PPB);
    assert_eq!(u128::from(split.contributors_ppb), DEFAULT.contributors);
    assert_eq!(u128::from(split.stakers_ppb), DEFAULT.stakers);
    let roles = [
        split.provider_ppb,
        split.developer_ppb,
        split.proposer_ppb,
        split.feedback_ppb,
        split.datanet_owners_ppb,
    ];
    assert_eq!(roles.map(u128::from), DEFAULT.roles);
}

#[test]
fn emissions_without_the_bound_pay() {
    assert!(most_earned(Emission::Fixed(10_000_000)) > 0.0);
    assert!(most_earned(Emission::BurnedByCount) > 0.0);
    assert!(most_earned(Emission::None) < 0.0);
    assert!(most_earned(Emission::BurnedByBurn) < 0.0);
}

proptest! {
    #[test]
    fn a_fee_comes_back_as_the_chain_shares_it_out(
        fee in 0u128..1 << 70, share in 0u32..=types::WHOLE_PPB, stake in 0u128..=WHOLE_PPB,
    ) {
        let (paid, stakers) = by_the_chain(fee, share);
        let washer = Washer { share: share.into(), stake };
        prop_assert_eq!(returned(fee, &DEFAULT, washer), paid + stakers * stake / WHOLE_PPB);
    }

    #[test]
    fn no_wash_earns(
        fee in 1u128..1 << 50, answers in 1u128..1 << 12, others in 0u128..1 << 50,
        burned in 0u128..WHOLE_PPB, share in 0u128..=WHOLE_PPB, stake in 0u128..=WHOLE_PPB,
    ) {
        let washer = Washer { share, stake };
        for emission in [Emission::None, Emission::BurnedByBurn] {
            let epoch = Epoch { fee, answers, others, burned, emission };
            prop_assert!(profit(&epoch, washer) < 0);
        }
    }
}
