//! The wire: generated types of Whence's protos, descriptors and JSON forms.
