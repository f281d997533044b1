//! Ranks, correlations, areas under curves, standard errors.

/// Mean of numbers; 0 of none.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Standard error of the mean: `s / √n` with the sample's deviation; 0 of fewer than two.
pub fn standard_error(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let middle = mean(values);
    let square: f64 = values.iter().map(|value| (value - middle).powi(2)).sum();
    (square / (values.len() - 1) as f64 / values.len() as f64).sqrt()
}

/// Ranks from 1, equal numbers sharing the mean of theirs.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|x, y| values[*x].total_cmp(&values[*y]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let equal = |at: &usize| values[*at] == values[order[start]];
        let count = order[start..].iter().take_while(|at| equal(at)).count();
        let shared = start as f64 + (count as f64 + 1.0) / 2.0;
        order[start..start + count].iter().for_each(|at| ranks[*at] = shared);
        start += count.max(1);
    }
    ranks
}

/// Pearson's correlation; 0 where one side does not vary.
pub fn pearson(x: &[f64], y: &[f64]) -> f64 {
    let (mean_x, mean_y) = (mean(x), mean(y));
    let sums = x.iter().zip(y).fold((0.0, 0.0, 0.0), |(xy, xx, yy), (x, y)| {
        let (x, y) = (x - mean_x, y - mean_y);
        (xy + x * y, xx + x * x, yy + y * y)
    });
    let scale = (sums.1 * sums.2).sqrt();
    if scale > 0.0 { sums.0 / scale } else { 0.0 }
}

/// Spearman's correlation: Pearson's over ranks.
pub fn spearman(x: &[f64], y: &[f64]) -> f64 {
    pearson(&ranks(x), &ranks(y))
}

/// Area under the curve: how often a positive scores above a negative, equal ones half.
pub fn area_under_curve(positives: &[f64], negatives: &[f64]) -> f64 {
    let (p, n) = (positives.len() as f64, negatives.len() as f64);
    if p * n == 0.0 {
        return 0.5;
    }
    let ranks = ranks(&[positives, negatives].concat());
    let sum: f64 = ranks[..positives.len()].iter().sum();
    (sum - p * (p + 1.0) / 2.0) / (p * n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_worked_out_by_hand() {
        // Spearman 7.25 / 9.5; Pearson 5.6 / √(10.8 · 5.2).
        let (x, y) = ([1.0, 2.0, 2.0, 4.0, 5.0], [5.0, 6.0, 7.0, 8.0, 7.0]);
        assert!((spearman(&x, &y) - 0.763_157_9).abs() < 1e-6, "{}", spearman(&x, &y));
        assert!((pearson(&x, &y) - 0.747_264_5).abs() < 1e-6, "{}", pearson(&x, &y));
        assert_eq!(area_under_curve(&[2.0, 3.0], &[1.0, 2.0]), 0.875);
    }
}
