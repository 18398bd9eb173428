//! Lists of models that are made of others' lists.

/// Two lists, one behind the other; `N` is the length of both.
pub(super) const fn joined<T: Copy, const N: usize>(first: &[T], then: &[T]) -> [T; N] {
    assert!(first.len() + then.len() == N, "the length of both");
    let mut all = [then[0]; N];
    let mut at = 0;
    while at < first.len() {
        all[at] = first[at];
        at += 1;
    }
    while at < N {
        all[at] = then[at - first.len()];
        at += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_order_of_both() {
        assert_eq!(joined::<u8, 3>(&[3], &[1, 2]), [3, 1, 2]);
        assert_eq!(joined::<u8, 2>(&[], &[1, 2]), [1, 2]);
    }
}
