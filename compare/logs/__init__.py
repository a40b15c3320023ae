"""Loss logs: what two loss curves alone tell about the trainings behind them."""
