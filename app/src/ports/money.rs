//! Money moves alike in every port: by bank's keeper.

/// Methods of a port trait that bank meets, by name.
macro_rules! money {
    ($($method:ident),* $(,)?) => { $(crate::ports::money::money!(@ $method);)* };
    (@ send_to_module) => {
        fn send_to_module(
            &self,
            ctx: &mut Ctx<'_>,
            from: &Address,
            module: &'static str,
            coins: &Coins,
        ) -> Result<()> {
            crate::ports::BANK.send_to_module(ctx, from, module, coins)
        }
    };
    (@ send_from_module) => {
        fn send_from_module(
            &self,
            ctx: &mut Ctx<'_>,
            module: &'static str,
            to: &Address,
            coins: &Coins,
        ) -> Result<()> {
            crate::ports::BANK.send_from_module(ctx, module, to, coins)
        }
    };
    (@ send_between_modules) => {
        fn send_between_modules(
            &self,
            ctx: &mut Ctx<'_>,
            from: &'static str,
            to: &'static str,
            coins: &Coins,
        ) -> Result<()> {
            crate::ports::BANK.send_between_modules(ctx, from, to, coins)
        }
    };
    (@ burn) => {
        fn burn(&self, ctx: &mut Ctx<'_>, module: &'static str, coins: &Coins) -> Result<()> {
            crate::ports::BANK.burn(ctx, module, coins)
        }
    };
    (@ mint) => {
        fn mint(&self, ctx: &mut Ctx<'_>, module: &'static str, coins: &Coins) -> Result<()> {
            crate::ports::BANK.mint(ctx, module, coins)
        }
    };
}

pub(crate) use money;
