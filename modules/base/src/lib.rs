//! Vocabulary of the modules: state, context, messages, queries, coins, addresses.
